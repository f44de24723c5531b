"""The browser of the tests and the font for Chinese: found, else installed where the machine allows."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGES = ("chromium", "fonts-noto-cjk")


def executable() -> str | None:
    """Path of a Chromium that starts; None when there is none, and browser tests cannot run."""
    for name in NAMES:
        found = shutil.which(name)
        # Ubuntu's `chromium` may be a script that only says it wants a snap: ask it for its version.
        if found and _run([found, "--version", "--no-sandbox"]).returncode == 0:
            return found
    return _of_playwright()


def has_chinese_font() -> bool:
    """Whether a font with Chinese letters is installed; without one they appear as boxes."""
    if shutil.which("fc-list"):
        return bool(_run(["fc-list", ":lang=zh-cn"]).stdout.strip())
    return any(Path("/usr/share/fonts").glob("**/*CJK*"))


def main() -> int:
    """Install what is missing; never fails, but says loudly what will be skipped."""
    browser, font = executable(), has_chinese_font()
    if not (browser and font):
        _install([package for package, there in zip(PACKAGES, (browser, font), strict=True) if not there])
        browser, font = executable() or _fetch(), has_chinese_font()
    if not browser:
        _shout("No Chromium, and it could not be installed: THE BROWSER TESTS ARE SKIPPED.", "chromium")
    if not font:
        _shout(
            "No Chinese font, and it could not be installed: Chinese pages show boxes in the browser tests.",
            "fonts-noto-cjk",
        )
    return 0


def _install(packages: list[str]) -> None:
    root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if not shutil.which("apt-get") or (root and not shutil.which("sudo")):
        return
    print(f"Installing {' and '.join(packages)} …", flush=True)
    install = [
        *root,
        "env",
        "DEBIAN_FRONTEND=noninteractive",
        "apt-get",
        "install",
        "-y",
        "-qq",
        "--no-install-recommends",
        *packages,
    ]
    if _run(install).returncode and _run([*root, "apt-get", "update", "-qq"]).returncode == 0:
        last = _run(install)
        if last.returncode:
            print(last.stderr[-600:], file=sys.stderr)


def _fetch() -> str | None:
    """Playwright's own download, for machines without apt."""
    _run([sys.executable, "-m", "playwright", "install", "chromium"])
    return _of_playwright()


def _of_playwright() -> str | None:
    cache = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    for found in sorted(cache.glob("chromium-*/chrome-linux*/chrome"), reverse=True):
        if _run([str(found), "--version", "--no-sandbox"]).returncode == 0:
            return str(found)
    return None


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=300,
            stdin=subprocess.DEVNULL,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return subprocess.CompletedProcess(command, 1, "", str(error))


def _shout(text: str, package: str) -> None:
    line = "!" * 100
    print(f"\n{line}\n!!  {text}\n!!  Install it with: apt-get install {package} (as root)\n{line}\n", flush=True)


if __name__ == "__main__":
    sys.exit(main())
