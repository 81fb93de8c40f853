collect_ignore = ["tools", "resources", "prompts"]  # what the suite calls test_… is no test of ours
