"""What holds for the whole process of the tests."""

import os

# SDL, which gymnasium's own environments start through pygame, catches SIGTERM for good unless told otherwise: this
# process and the workers that later tests fork from it could no longer be ended. It reads this when it starts.
os.environ.setdefault("SDL_NO_SIGNAL_HANDLERS", "1")
