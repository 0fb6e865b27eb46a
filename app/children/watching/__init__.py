"""How a child ended, how often it may be started again, and which silence counts."""
