"""The criterion on the tool that a Model Context Protocol client calls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from policies.language.matchers import Context, TextMatcher, read_text_matcher
from policies.language.reasons import Reason
from policies.texts import worded

from .registry import Criterion, Finding, Group, MatcherKind, Need, Widget

if TYPE_CHECKING:
    from policies.language.facts import Facts
    from policies.language.grammar import CriterionNode
    from policies.language.modes import Mode


@dataclass(frozen=True, slots=True)
class McpTool:
    """On the name of the tool; whatever is not a tool call does not match."""

    matcher: TextMatcher

    def find(self, facts: Facts, mode: Mode) -> Finding:
        tool = facts.mcp.tool
        if facts.mcp.method != "tools/call":
            return Finding(False, Reason.MCP_NOT_A_TOOL_CALL, facts.mcp.method)
        if not self.matcher.tests or (tool is not None and self.matcher.holds(tool)):
            return Finding(True, Reason.MCP_TOOL_MATCH, tool)
        return Finding(False, Reason.MCP_TOOL_NO_MATCH, tool)


def _read_mcp_tool(node: CriterionNode, context: Context) -> McpTool | None:
    matcher = read_text_matcher(node.data, context, what=worded("the tool is"))
    return None if matcher is None else McpTool(matcher)


MCP_TOOL = Criterion(
    name="mcp_tool",
    label=worded("MCP tool"),
    help=worded("A Model Context Protocol client calls this tool."),
    example="mcp_tool: {in: [query, list_tables]}",
    group=Group.REQUEST,
    matcher=MatcherKind.TEXT,
    widget=Widget.TEXT,
    fact=worded("the tool that is called"),
    when_true=(Reason.MCP_TOOL_MATCH,),
    when_false=(Reason.MCP_TOOL_NO_MATCH, Reason.MCP_NOT_A_TOOL_CALL),
    needs=frozenset({Need.MCP}),
    compares_text=True,
    read=_read_mcp_tool,
)
