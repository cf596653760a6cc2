"""Starts what a cluster consists of: scheduler, workers, app servers, and nginx before them."""
