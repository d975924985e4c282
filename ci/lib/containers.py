"""How tests run the image: as a task is run, read-only, without privileges, and with little memory."""

MEMORY = "64m"
STORAGE = ["--storage-driver", "vfs"]
PODMAN = ["podman", *STORAGE, "--runtime", "runc", "--cgroup-manager", "cgroupfs"]
ULIMITS = ["--ulimit", "nofile=20000:20000", "--ulimit", "nproc=4096:4096"]
TASK = ["--network=host", "--read-only", "--cap-drop=all", "--security-opt=no-new-privileges", "-m", MEMORY, *ULIMITS]


def inside(image, *options):
    """What stands before a command that runs in a container of the image."""
    return [*PODMAN, "run", "--rm", *TASK, *options, image]
