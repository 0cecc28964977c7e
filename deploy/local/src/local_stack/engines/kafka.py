"""Apache Kafka 4 in KRaft mode: one broker that is its own controller, on the wheel's Java."""

import base64
import secrets
import shutil
import subprocess
from pathlib import Path

from local_stack import kafka_jars, probes
from local_stack.program import Engine, Program


def kafka(port: int, controller_port: int, folder: Path, jars: Path) -> Engine:
    """A broker on that port of loopback, its log in `folder`, its classpath from `jars`."""
    log_settings = kafka_jars.artifact("log4j2.properties")
    return Engine(
        Program(
            name="kafka",
            command=(
                kafka_jars.JAVA,
                *_heap(),
                *_start_cache(jars),
                *(f"-Dlog4j2.configurationFile={log_settings}", "-Dlog4j2.disable.jmx=true"),
                *("-cp", kafka_jars.classpath(jars), "kafka.Kafka", str(_settings_path(folder))),
            ),
            probe=probes.kafka(port),
            prepare=lambda: _format(port, controller_port, folder, jars),
            ports=(port, controller_port),
        ),
        url=f"kafka://127.0.0.1:{port}",
    )


def _heap() -> tuple[str, ...]:
    return (
        *("-Xms32m", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xss512k"),
        *("-XX:MaxMetaspaceSize=128m", "-XX:ReservedCodeCacheSize=48m", "-Djava.awt.headless=true"),
        # Java's own warnings of what Kafka's jars do, and of classes that its cache could not keep
        *("--sun-misc-unsafe-memory-access=allow", "-Xlog:aot*=error"),
    )


def _start_cache(jars: Path) -> tuple[str, ...]:
    """Java 25 starts the broker in 1 s instead of 2.5 s from a cache of loaded classes that a first run left."""
    cache = kafka_jars.start_cache(jars)
    return (f"-XX:AOTCache={cache}",) if cache.exists() else ()


def _settings_path(folder: Path) -> Path:
    return folder.with_name(folder.name + ".properties")


def _format(port: int, controller_port: int, folder: Path, jars: Path) -> None:
    """Write the broker's settings, and format its storage where it has none."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    _settings_path(folder).write_text(
        kafka_jars.artifact("server.properties").read_text()
        + f"\nlisteners=BROKER://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}\n"
        + f"controller.quorum.voters=1@127.0.0.1:{controller_port}\n"
        + f"log.dirs={folder}\n"
    )
    if (folder / "meta.properties").exists():
        return
    shutil.rmtree(folder, ignore_errors=True)
    cluster_id = base64.urlsafe_b64encode(secrets.token_bytes(16)).decode().rstrip("=").replace("-", "_")
    done = subprocess.run(
        (kafka_jars.JAVA, *_heap(), "-cp", kafka_jars.classpath(jars), "kafka.tools.StorageTool",
         "format", "--config", str(_settings_path(folder)), "--cluster-id", cluster_id),
        check=False,
        capture_output=True,
        text=True,
    )  # fmt: skip
    if done.returncode != 0:
        raise RuntimeError(f"Kafka's storage could not be formatted: {(done.stderr or done.stdout)[-2000:]}")
