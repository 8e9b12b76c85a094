"""What text is: articles, sentences, pairs; reading, cleaning, splitting, filtering; the versioned store; formats."""
