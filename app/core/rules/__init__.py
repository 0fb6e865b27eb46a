"""What a person, an organisation and the environment may decide, and what follows for connections."""
