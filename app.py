"""Starts the app: ``streamlit run app.py``."""

# Worker processes import the script that Streamlit runs; all of it stays under the guard.
if __name__ == "__main__":
    from ui.shell import shell

    shell(run=True)
