"""SLURM with one node for the duration of a test: munged, slurmctld and slurmd in one folder, run by the current user.

It needs no systemd, cgroups or database. slurmd checks every second and kills a job that uses more memory than it
requested; it counts shared pages once, as cgroups do. Commands reach it through SLURM_CONF in `environment`.
"""

import getpass
import os
import shutil
import socket
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "squeue", "scancel", "srun", "sinfo")
CONFIGURATION = """\
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SwitchType=switch/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
# kill a job that uses more memory than it requested
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=OverMemoryKill,UsePss
KillWait=2
SchedulerParameters=sched_interval=1,bf_interval=1,sched_min_interval=0
# without a database, squeue must list the jobs that have ended
MinJobAge=3600
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/filetxt
JobCompLoc={folder}/completed.txt
ReturnToService=2
# use the cores and the memory below instead of those of the machine
SlurmdParameters=config_overrides
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} RealMemory={memory} State=UNKNOWN
PartitionName=main Nodes={host} Default=YES MaxTime=INFINITE DefMemPerCPU=500 State=UP
"""


def missing_programs() -> list[str]:
    """Return the programs of SLURM that are not installed (Debian and Ubuntu: apt install slurm-wlm munge)."""
    return [name for name in PROGRAMS if not _path(name)]


def _path(program: str) -> str | None:
    return shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin:/sbin")


def _free_ports(count: int) -> list[int]:
    """Return ports without a listener."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


class Slurm:
    """Context manager that starts SLURM and stops it."""

    def __init__(self, folder: Path, *, cpus: int, memory: int):
        self.folder = folder
        for name in ("state", "spool", "bin"):
            (folder / name).mkdir(parents=True)
        configuration = f"SLURM_CONF={folder}/slurm.conf"
        # Snakemake's plugin removes SLURM_CONF from its jobs, and there is no configuration in /etc/slurm
        (folder / "bin/srun").write_text(f'#!/bin/sh\n{configuration} exec {_path("srun")} "$@"\n')
        (folder / "bin/srun").chmod(0o755)
        path = f"{folder}/bin:{os.environ['PATH']}"
        self.environment = os.environ | dict([configuration.split("=")]) | {"PATH": path}
        host = socket.gethostname().split(".")[0]
        values = {"host": host, "folder": folder, "user": getpass.getuser(), "memory": memory}
        text = CONFIGURATION.format(**values, cpus=cpus, ports=_free_ports(2))
        (folder / "slurm.conf").write_text(text)

    def __enter__(self) -> "Slurm":
        key = self.folder / "munge.key"
        key.write_bytes(os.urandom(1024))
        key.chmod(0o400)
        paths = {name: f"{self.folder}/munge.{name}" for name in ("socket", "pid", "log", "seed")}
        self._start(
            "munged", "--force", f"--key-file={key}", f"--socket={paths['socket']}", f"--pid-file={paths['pid']}",
            f"--log-file={paths['log']}", f"--seed-file={paths['seed']}",
        )  # fmt: skip
        self._start("slurmctld")
        self._start("slurmd")
        for _ in range(150):
            if "idle" in self.output_of("sinfo", "--noheader", "--format=%T"):
                return self
            time.sleep(0.2)
        raise RuntimeError((self.folder / "slurmctld.log").read_text()[-2000:])

    def __exit__(self, *_) -> None:
        self.output_of("scancel", "--user", getpass.getuser())
        for name in ("slurmd.pid", "slurmctld.pid", "munge.pid"):
            path = self.folder / name
            if path.exists():
                os.kill(int(path.read_text()), 15)

    def _start(self, program: str, *arguments: str) -> None:
        command = [_path(program), *arguments]
        subprocess.run(command, check=True, env=self.environment, capture_output=True)

    def output_of(self, *command: str) -> str:
        """Return the output of a command of SLURM."""
        return subprocess.run(command, env=self.environment, capture_output=True, text=True).stdout

    def completed(self) -> list[dict[str, str]]:
        """Return the fields (JobId, JobState, Name, ...) of the jobs that have ended, in order."""
        path = self.folder / "completed.txt"
        lines = path.read_text().splitlines() if path.exists() else []
        return [dict(part.split("=", 1) for part in line.split() if "=" in part) for line in lines]
