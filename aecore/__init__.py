"""The explorer's library: settings, data, models, training, recordings, views. No Streamlit."""
