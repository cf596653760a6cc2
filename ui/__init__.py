"""What the pages share: settings in the sidebar, the live frame, pictures, session state."""
