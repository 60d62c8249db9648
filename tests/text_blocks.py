"""The fenced blocks of a Markdown text."""

import re


def blocks(markdown: str, language: str) -> list[str]:
    """The contents of the blocks that are fenced with three backticks and the word `language`, in order."""
    return re.findall(rf"^```{re.escape(language)}\n(.*?)^```", markdown, flags=re.MULTILINE | re.DOTALL)
