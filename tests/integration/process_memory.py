"""How much memory a process holds while something is done to it."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager

import psutil


class Memory:
    """Resident bytes of the process of that pid, looked at ten times a second."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self.before = self.most = self._process.memory_info().rss
        self._ended = threading.Event()

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Note the most while inside the block."""
        watching = threading.Thread(target=self._watch)
        watching.start()
        try:
            yield
        finally:
            self._ended.set()
            watching.join()

    def _watch(self) -> None:
        while not self._ended.wait(0.1):
            self.most = max(self.most, self._process.memory_info().rss)


@contextmanager
def watched(pids: Iterable[int]) -> Iterator[list[Memory]]:
    """The memory of each of several processes, its most noted while inside the block."""
    memories = [Memory(pid) for pid in pids]
    with ExitStack() as watching:
        for memory in memories:
            watching.enter_context(memory.watched())
        yield memories
