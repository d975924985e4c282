"""A Slurm cluster within one machine: each node is a slurmd in a network namespace of its own, with an address and
ports of its own, as machines have them. Needs root, and leaves nothing behind: all of it lives in namespaces that end
with us.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

from lib.process import STOP_TIMEOUT_S, Problem, stop, wait_for

INSIDE = "WEIR_INSIDE_NAMESPACES"
NETWORK = "10.77.0"
CONTROLLER = f"{NETWORK}.1"  # Of the machine in which all of them are.
FIRST_NODE = 11
KEY_BYTES = 1024
START_S = 30
SBIN = "/usr/sbin"


def in_namespaces():
    """Runs this program once more, in namespaces of networks, mounts and processes."""
    if os.environ.get(INSIDE):
        return
    if os.getuid() != 0:
        raise Problem("a virtual cluster needs root")
    apart = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
    os.execvpe(apart[0], [*apart, sys.executable, *sys.argv], {**os.environ, INSIDE: "yes"})


def ip(*words):
    subprocess.run(["ip", *words], check=True)


def configuration(folder, nodes, cpus):
    host = socket.gethostname()
    return f"""
ClusterName=weir
SlurmctldHost={host}({CONTROLLER})
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool.%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.%n.pid
SlurmdTimeout=20
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SchedulerParameters=sched_interval=1,batch_sched_delay=0
MinJobAge=3600
ReturnToService=2
PropagateResourceLimits=NONE
""" + "".join(
        f"NodeName=n{one} NodeHostname={host} NodeAddr={NETWORK}.{FIRST_NODE + one - 1} CPUs={cpus}\n"
        for one in range(1, nodes + 1)
    ) + f"PartitionName=all Nodes=n[1-{nodes}] Default=YES MaxTime=INFINITE State=UP OverSubscribe=EXCLUSIVE\n"


class Cluster:
    def __init__(self, folder, nodes, programs, cpus=2):
        self.folder, self.nodes = folder, nodes
        self.env = {**os.environ, "SLURM_CONF": str(folder / "slurm.conf")}
        self.env["PATH"] = f"{programs}:{os.environ['PATH']}:{SBIN}"
        self.daemons, self.logs = [], []
        (folder / "state").mkdir()
        (folder / "slurm.conf").write_text(configuration(folder, nodes, cpus))
        for one in range(1, nodes + 1):
            (folder / f"spool.n{one}").mkdir()
        key = folder / "munge.key"
        key.write_bytes(os.urandom(KEY_BYTES))
        key.chmod(0o400)

    def run(self, *words, **options):
        done = subprocess.run([str(word) for word in words], env=self.env, capture_output=True, text=True, **options)
        if done.returncode:
            raise Problem(f"{words[0]} ended with {done.returncode}: {done.stdout}{done.stderr}")
        return done.stdout

    def daemon(self, name, *command, **options):
        log = open(self.folder / f"{name}.log", "w")
        self.logs.append(log)
        process = subprocess.Popen([str(word) for word in command], env=self.env, stdout=log, stderr=log, **options)
        self.daemons.append(process)
        return process

    def start(self):
        ip("link", "set", "lo", "up")
        ip("link", "add", "weir0", "type", "bridge")
        ip("addr", "add", f"{CONTROLLER}/24", "dev", "weir0")
        ip("link", "set", "weir0", "up")
        at = self.folder
        # Our folder is one that others may look into, and nobody else is in it.
        munged = ["munged", "--foreground", "--force", f"--key-file={at}/munge.key", f"--socket={at}/munge.socket"]
        munged += [f"--pid-file={at}/munge.pid", f"--log-file={at}/munged.log", f"--seed-file={at}/munge.seed"]
        self.daemon("munge", *munged)
        wait_for("munge", lambda: (at / "munge.socket").exists())
        self.daemon("slurmctld", "slurmctld", "-D", "-c")
        for one in range(1, self.nodes + 1):
            self.start_node(one)
        wait_for("the nodes", lambda: self.states() == ["idle"] * self.nodes, timeout_s=START_S)

    def start_node(self, one):
        # It waits for its network before it becomes slurmd.
        waiting = ["unshare", "--net", "sh", "-c", 'read -r _ && exec "$@"', "sh", "slurmd", "-D", "-N", f"n{one}"]
        node = self.daemon(f"slurmd.n{one}", *waiting, stdin=subprocess.PIPE, text=True)
        own = os.readlink("/proc/self/ns/net")
        wait_for("a namespace", lambda: os.readlink(f"/proc/{node.pid}/ns/net") != own, node)
        ip("link", "add", f"weir{one}", "type", "veth", "peer", "name", "eth0")
        ip("link", "set", f"weir{one}", "master", "weir0", "up")
        ip("link", "set", "eth0", "netns", str(node.pid))
        inside = ["nsenter", f"--net=/proc/{node.pid}/ns/net", "ip"]
        address = f"{NETWORK}.{FIRST_NODE + one - 1}/24"
        for words in ["link set lo up", f"addr add {address} dev eth0", "link set eth0 up"]:
            subprocess.run([*inside, *words.split()], check=True)
        # As one widens it on a machine that puts a load on others: ports of the last run are not free for a minute.
        ports = "/proc/sys/net/ipv4/ip_local_port_range"
        subprocess.run([*inside[:-1], "sh", "-c", f"echo 1024 65535 >{ports}"], check=True)
        node.stdin.write("\n")
        node.stdin.close()

    def states(self):
        done = subprocess.run(["sinfo", "--noheader", "-N", "-o", "%t"], env=self.env, capture_output=True, text=True)
        return done.stdout.split()

    def submit(self, script, *words):
        """The jobs that it printed, by what they are."""
        return dict(re.findall(r"^(\w+): job (\d+)$", self.run(script, *words), re.M))

    def wait(self, job, timeout_s):
        """How a job ended: its state and its exit code."""
        until = time.monotonic() + timeout_s
        while time.monotonic() < until:
            told = self.run("scontrol", "show", "job", "--oneliner", job)
            found = re.search(r"JobState=(\w+).* ExitCode=(\d+):(\d+)", told)
            if found and found[1] not in ["PENDING", "RUNNING", "COMPLETING", "CONFIGURING"]:
                return found[1], int(found[2])
            time.sleep(0.2)
        raise Problem(f"job {job} did not end within {timeout_s} s: {told}")

    def kill(self, program, environment):
        """Every process of a program that Slurm has given this environment. We see those of this cluster alone."""
        wanted = {f"{name}={value}" for name, value in environment.items()}
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                given = set((process / "environ").read_text(errors="replace").split("\0"))
                if wanted <= given and os.path.basename(os.readlink(process / "exe")) == program:
                    found.append(int(process.name))
            except OSError:
                continue  # It has ended meanwhile, or is none of a program.
        if not found:
            raise Problem(f"there is no {program} of {sorted(wanted)}")
        for pid in found:
            os.kill(pid, signal.SIGKILL)

    def end(self):
        for process in reversed(self.daemons):
            stop(process)
            process.wait(STOP_TIMEOUT_S)
        for log in self.logs:
            log.close()


@contextmanager
def slurm_cluster(folder, nodes, programs):
    """A cluster whose nodes are idle, and whose jobs find our programs. Call in_namespaces() first."""
    cluster = Cluster(folder, nodes, programs)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.end()
