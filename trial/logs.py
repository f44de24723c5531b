"""What a log line may hold: ids, never clinical values."""

import logging


class NoValues(logging.Filter):
    """Cuts the parts of an exception's text in which PostgreSQL repeats a row ("DETAIL: Failing row contains ...")."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and record.exc_info[1] is not None:
            # The traceback's frames are useful; the message may carry what was typed. Keep class and place.
            error = record.exc_info[1]
            record.exc_text = _frames_only(error)
        return True


def _frames_only(error: BaseException) -> str:
    import traceback

    lines = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        frames = traceback.extract_tb(current.__traceback__)
        lines += [f'  File "{f.filename}", line {f.lineno}, in {f.name}' for f in frames]
        lines.append(f"{type(current).__module__}.{type(current).__qualname__}")
        current = current.__cause__ or current.__context__
    return "\n".join(lines)
