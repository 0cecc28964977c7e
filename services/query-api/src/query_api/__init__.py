"""Questions over HTTP: one compiler from a question to SQL, and the answers in the shapes that clients know."""
