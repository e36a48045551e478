"""Prefix of the paths of a module."""

import threading

import pytest
from snakemake.io import get_flag_value
from snakemake.path_modifier import PATH_MODIFIER_FLAG, PathModifier

from diarflow.errors import InputError
from diarflow.prefix import (
    bind,
    bound_object,
    current_prefix,
    module_prefix,
    prefix_in_use,
    prefixed,
    user_input,
)


def modifier(prefix=None, replace_prefix=None, inner=None):
    return PathModifier(replace_prefix, prefix, workflow=None, inner_modifier=inner)


@pytest.mark.parametrize("prefix, expected", [(None, ""), ("a", "a/"), ("a/b/", "a/b/")])
def test_the_prefix_of_a_module_ends_with_a_slash(prefix, expected):
    assert module_prefix(modifier(prefix)) == expected


def test_a_module_in_a_module_has_both_prefixes():
    assert module_prefix(modifier("inner", inner=modifier("outer"))) == "outer/inner/"


def test_replaced_prefixes_are_refused():
    replaced = modifier(replace_prefix={"results/": "a/"})
    for refused in (replaced, modifier("a", inner=replaced)):
        with pytest.raises(InputError, match="use `prefix`"):
            module_prefix(refused)


def test_a_prefix_with_braces_is_refused():
    with pytest.raises(InputError, match="without braces"):
        module_prefix(modifier("{a}"))


def test_bound_functions_use_the_prefix_and_so_do_the_functions_that_they_return():
    def outer(*, name):
        return {"inner": lambda wildcards: prefixed(wildcards), "name": name}

    bound = bind(outer, "p/")(name="x")
    assert bound["name"] == "x"
    assert bound["inner"]("results/a") == "p/results/a"
    assert current_prefix() == ""
    assert bind(outer, "") is outer


def test_methods_of_a_bound_object_use_the_prefix_in_any_thread():
    class Owner:
        name = "n"

        def path(self):
            return prefixed("results/a")

    owner = bound_object(Owner(), "p/")
    paths = [owner.name]
    thread = threading.Thread(target=lambda: paths.append(owner.path()))
    thread.start()
    thread.join()
    assert paths == ["n", "p/results/a"]


def test_snakemake_does_not_add_the_prefix_to_files_of_the_user():
    with prefix_in_use("p/"):
        path = user_input("results/base.csv")
    assert path == "results/base.csv" and get_flag_value(path, PATH_MODIFIER_FLAG)
    assert not get_flag_value(user_input("tables/same.tsv"), PATH_MODIFIER_FLAG)
