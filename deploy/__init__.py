"""How Cartwright is installed, started and stopped; knows processes and addresses, nothing about trials."""
