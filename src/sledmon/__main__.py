"""``python -m sledmon`` is ``sledmon``."""

from sledmon.cli import main

if __name__ == "__main__":
    main()
