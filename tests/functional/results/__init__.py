"""Tests of results over HTTP and on both databases."""
