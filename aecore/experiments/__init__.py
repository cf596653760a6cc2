"""The published experiments: each is data, and all are done by the same few analyses."""
