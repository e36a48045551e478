"""Update the files that are generated from the settings: python -m diarflow.settings"""

from diarflow.backends import PACKAGE
from diarflow.settings.comments import with_comments
from diarflow.settings.documentation import schema_yaml, settings_page

ROOT = PACKAGE.parents[1]

config = ROOT / "config.yaml"
config.write_text(with_comments(config.read_text(encoding="utf-8")), encoding="utf-8")
(ROOT / "workflow" / "schemas" / "config.schema.yaml").write_text(schema_yaml(), encoding="utf-8")
(ROOT / "docs" / "settings.md").write_text(settings_page(), encoding="utf-8")
