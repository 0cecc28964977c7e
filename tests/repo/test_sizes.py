"""Rooms one can live in: files, functions and constructors keep a size, and each says what it is for."""

import ast

import pytest

from tests.repo.tree import code, text, tree, with_suffix

FILE_LINES, FUNCTION_LINES, PARAMETERS = 400, 60, 8
FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef


@pytest.mark.parametrize("path", with_suffix(".py", ".ts", ".tsx", ".sql", ".css"), ids=str)
def test_no_file_is_longer_than_one_can_keep_in_mind(path):
    assert len(text(path).splitlines()) <= FILE_LINES


def test_no_function_is_longer_than_a_screen():
    long = [
        f"{path}:{node.lineno} {node.name}"
        for path in with_suffix(".py")
        for node in ast.walk(tree(path))
        if isinstance(node, FUNCTIONS) and node.end_lineno - node.lineno + 1 > FUNCTION_LINES
    ]
    assert not long


def test_no_function_takes_more_than_eight_things():
    greedy = [
        f"{path}:{node.lineno} {node.name}"
        for path in code()
        for node in ast.walk(tree(path))
        if isinstance(node, FUNCTIONS)
        and len([a for a in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs) if a.arg != "self"])
        > PARAMETERS
    ]
    assert not greedy


def test_every_module_and_public_definition_says_what_it_is_for():
    kinds = (*FUNCTIONS.__args__, ast.ClassDef)
    silent = [str(path) for path in code() if not ast.get_docstring(tree(path))]
    silent += [
        f"{path}:{node.lineno} {node.name}"
        for path in code()
        for node in tree(path).body
        if isinstance(node, kinds) and not node.name.startswith("_") and not ast.get_docstring(node)
    ]
    assert not silent
