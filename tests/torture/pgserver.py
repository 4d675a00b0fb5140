"""A PostgreSQL server for the torture, in a folder of its own, on a socket there. Each cycle has a schema in it."""
import glob
import os
import pwd
import shutil
import subprocess
import tempfile
import time


def _bin():
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb") + glob.glob("/usr/pgsql-*/bin/initdb") + glob.glob("/usr/libexec/postgresql*/initdb"))
    path = found[-1] if found else shutil.which("initdb")
    return os.path.dirname(path) if path else ""


def missing():
    """Why there is no server; empty: there can be one."""
    if not _bin() or not shutil.which("psql"):
        return "PostgreSQL is not installed"
    if os.getuid() == 0:  # which the server refuses
        try:
            pwd.getpwnam("postgres")
        except KeyError:
            return "the server does not run as root, and there is no user postgres"
    return ""


class Server:
    def __init__(self):
        self.bin = _bin()
        self.folder = tempfile.mkdtemp(prefix="bfpipe-pg.", dir="/tmp")  # a socket's path is short
        self.user = {}
        if os.getuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(self.folder, user.pw_uid, user.pw_gid)
            self.user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        self.data = f"{self.folder}/data"
        self._run("initdb", "-D", self.data, "-U", "bfpipe", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        with open(f"{self.data}/postgresql.conf", "a", encoding="utf-8") as f:
            f.write(f"listen_addresses = ''\nunix_socket_directories = '{self.folder}'\nfsync = off\nlog_min_messages = fatal\n")
        self._ctl("start")
        self.sql("CREATE DATABASE bfpipe", "postgres")

    def _run(self, tool, *arguments, check=True):
        with open(f"{self.folder}/out", "ab") as out:
            subprocess.run([f"{self.bin}/{tool}", *arguments], cwd="/", stdin=subprocess.DEVNULL, stdout=out, stderr=out, check=check, **self.user)

    def _ctl(self, what, mode="fast", check=True):
        self._run("pg_ctl", "-D", self.data, "-l", f"{self.folder}/log", "-m" if what != "start" else "-s", *([mode] if what != "start" else []), "-w", "-t", "60", what,
                  check=check)

    def url(self, schema="", database="bfpipe"):
        options = f"&options=-csearch_path%3D{schema}" if schema else ""
        return f"postgresql:///{database}?host={self.folder}&user=bfpipe{options}"

    def sql(self, text, database="bfpipe"):
        """Waits for a server that restarts."""
        for _ in range(600):
            p = subprocess.run(["psql", "-qXAt", "-v", "ON_ERROR_STOP=1", "-d", self.url(database=database), "-c", text], capture_output=True, check=False)
            if p.returncode == 0:
                return
            time.sleep(0.05)
        raise RuntimeError(p.stderr)

    def restart(self, mode):
        self._ctl("restart", mode, check=False)

    def stop(self):
        self._ctl("stop", "immediate", check=False)
        shutil.rmtree(self.folder, ignore_errors=True)
