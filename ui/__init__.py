"""What the pages share: settings in the sidebar, the live frame, pictures, session state."""

import os

# before numpy is imported: thirty viewers' threads are enough for two cores
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
