import type { Tool, ToolDefinition } from './tool.ts';

/**
 * The same tool, with what a model is told of its arguments worked out once for all conversations: it depends on the tool
 * alone, and a text conversation makes its tools anew for every message. Remembers as many as there are tools.
 */
export function createKnownParameters(): (tool: Tool) => Tool {
  const known = new Map<string, ToolDefinition['parameters']>();
  return (tool) => {
    const { type, name, description } = tool.definition;
    const parameters = known.get(name) ?? tool.definition.parameters;
    known.set(name, parameters);
    return {
      definition: { type, name, description, parameters },
      prepare: (argumentsValue) => tool.prepare(argumentsValue),
    };
  };
}
