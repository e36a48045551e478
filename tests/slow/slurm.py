"""A SLURM of one node for the time of a test: munged, slurmctld and slurmd as the user who runs it, in one folder.

No systemd, no cgroups and no database: a job that takes more memory than it asked for is killed by slurmd, which
looks every second and counts shared pages once, as cgroups do. Commands find it by the SLURM_CONF of `environment`.
"""

import getpass
import os
import shutil
import socket
import subprocess
import time
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
# a job that takes more than it asked for is killed
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=OverMemoryKill,UsePss
KillWait=2
SchedulerParameters=sched_interval=1,bf_interval=1,sched_min_interval=0
# there is no database to ask for jobs that have ended: squeue must know them
MinJobAge=3600
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/filetxt
JobCompLoc={folder}/completed.txt
ReturnToService=2
# so many cores and so much memory as is said here, whatever the machine has
SlurmdParameters=config_overrides
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} RealMemory={memory} State=UNKNOWN
PartitionName=main Nodes={host} Default=YES MaxTime=INFINITE DefMemPerCPU=500 State=UP
"""


def missing() -> list[str]:
    """The programs that are not installed here (Debian and Ubuntu: apt install slurm-wlm munge)."""
    return [name for name in PROGRAMS if not _path(name)]


def _path(program: str) -> str | None:
    return shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin:/sbin")


def _free_ports(count: int) -> list[int]:
    """Ports that nobody listens on."""
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


class Slurm:
    """Started by `with`, stopped at its end."""

    def __init__(self, folder: Path, *, cpus: int, memory: int):
        self.folder = folder
        for name in ("state", "spool", "bin"):
            (folder / name).mkdir(parents=True)
        found = f"SLURM_CONF={folder}/slurm.conf"
        # Snakemake's plugin takes SLURM_CONF from its jobs, and no /etc/slurm says here what it does
        (folder / "bin/srun").write_text(f'#!/bin/sh\n{found} exec {_path("srun")} "$@"\n')
        (folder / "bin/srun").chmod(0o755)
        path = f"{folder}/bin:{os.environ['PATH']}"
        self.environment = os.environ | dict([found.split("=")]) | {"PATH": path}
        host = socket.gethostname().split(".")[0]
        values = {"host": host, "folder": folder, "user": getpass.getuser(), "memory": memory}
        text = CONFIGURATION.format(**values, cpus=cpus, ports=_free_ports(2))
        (folder / "slurm.conf").write_text(text)

    def __enter__(self) -> "Slurm":
        key = self.folder / "munge.key"
        key.write_bytes(os.urandom(1024))
        key.chmod(0o400)
        own = {name: f"{self.folder}/munge.{name}" for name in ("socket", "pid", "log", "seed")}
        self._start(
            "munged", "--force", f"--key-file={key}", f"--socket={own['socket']}", f"--pid-file={own['pid']}",
            f"--log-file={own['log']}", f"--seed-file={own['seed']}",
        )  # fmt: skip
        self._start("slurmctld")
        self._start("slurmd")
        for _ in range(150):
            if "idle" in self.ask("sinfo", "--noheader", "--format=%T"):
                return self
            time.sleep(0.2)
        raise RuntimeError((self.folder / "slurmctld.log").read_text()[-2000:])

    def __exit__(self, *_) -> None:
        self.ask("scancel", "--user", getpass.getuser())
        for name in ("slurmd.pid", "slurmctld.pid", "munge.pid"):
            path = self.folder / name
            if path.exists():
                os.kill(int(path.read_text()), 15)

    def _start(self, program: str, *arguments: str) -> None:
        command = [_path(program), *arguments]
        subprocess.run(command, check=True, env=self.environment, capture_output=True)

    def ask(self, *command: str) -> str:
        """What a command of SLURM says."""
        return subprocess.run(command, env=self.environment, capture_output=True, text=True).stdout

    def completed(self) -> list[dict[str, str]]:
        """The jobs that have ended, in order: JobId, JobState, Name, ..."""
        path = self.folder / "completed.txt"
        lines = path.read_text().splitlines() if path.exists() else []
        return [dict(part.split("=", 1) for part in line.split() if "=" in part) for line in lines]
