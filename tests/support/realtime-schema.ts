import { readFileSync } from 'node:fs';
import type { ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';

/** The official event schema lies beside the repository where it is developed; elsewhere its tests are skipped by name. */
const schemaFile = new URL('../../../shared/protocol/openai-realtime.schema.json', import.meta.url);

type Node = { [key: string]: unknown };
interface Schema {
  $defs: Record<string, Node>;
}

function readSchema(): Schema | undefined {
  try {
    return JSON.parse(readFileSync(schemaFile, 'utf8')) as Schema;
  } catch {
    return undefined;
  }
}

/** An object with named properties has no others. Open objects (tool parameters, metadata) name none and stay open. */
function refuseUnknownKeys(node: unknown): void {
  if (Array.isArray(node)) {
    for (const part of node) refuseUnknownKeys(part);
    return;
  }
  if (typeof node !== 'object' || node === null) return;
  const schema = node as Node;
  if (schema.type === 'object' && schema.properties && schema.additionalProperties === undefined) {
    schema.additionalProperties = false;
  }
  // A word of OpenAPI 3.0 that is none of JSON Schema; ajv refuses it where no `type` stands beside it.
  if (schema.nullable && schema.type === undefined) delete schema.nullable;
  for (const [key, part] of Object.entries(schema)) {
    // Values, not schemas: an `example` or `default` may look like one.
    if (!['example', 'examples', 'default', 'enum', 'const'].includes(key)) refuseUnknownKeys(part);
  }
}

/** `{ 'session.update': 'RealtimeClientEventSessionUpdate', … }` for one of the two unions. */
function definitionsByType(schema: Schema, union: string): Map<string, string> {
  const byType = new Map<string, string>();
  const members = (schema.$defs[union]?.anyOf ?? []) as { $ref: string }[];
  for (const { $ref } of members) {
    const name = $ref.replace('#/$defs/', '');
    const properties = schema.$defs[name]?.properties as {
      type: { enum?: string[]; const?: string };
    };
    const type = properties.type.enum?.[0] ?? properties.type.const;
    if (type) byType.set(type, name);
  }
  return byType;
}

type Check = (event: unknown) => string[];

function createChecks(): { client: Check; server: Check; types: Record<string, string[]> } {
  const schema = readSchema();
  if (!schema) return { client: () => [], server: () => [], types: {} };
  refuseUnknownKeys(schema.$defs);
  const ajv = new Ajv2020({ strict: false, validateFormats: false, logger: false });
  ajv.addSchema(schema, 'realtime');
  const compiled = new Map<string, ValidateFunction>();
  const checkOf = (union: string): Check => {
    const byType = definitionsByType(schema, union);
    return (event) => {
      const type = (event as { type?: unknown } | null)?.type;
      const name = typeof type === 'string' ? byType.get(type) : undefined;
      if (!name) return [`no ${union} is called ${JSON.stringify(type)}`];
      const validate = compiled.get(name) ?? ajv.compile({ $ref: `realtime#/$defs/${name}` });
      compiled.set(name, validate);
      if (validate(event)) return [];
      return (validate.errors ?? []).map(
        (e) => `${type}${e.instancePath} ${e.message} ${JSON.stringify(e.params)}`,
      );
    };
  };
  return {
    client: checkOf('RealtimeClientEvent'),
    server: checkOf('RealtimeServerEvent'),
    types: {
      client: [...definitionsByType(schema, 'RealtimeClientEvent').keys()],
      server: [...definitionsByType(schema, 'RealtimeServerEvent').keys()],
    },
  };
}

const checks = createChecks();

/** Without the schema both checks find no problem; tests that are about the schema use `it.skipIf(!schemaAvailable)`. */
export const schemaAvailable = checks.types.client !== undefined;

/** @returns what is wrong with an event of ours, in words; empty when it is right. Unknown keys are wrong. */
export function validateClientEvent(event: unknown): string[] {
  return checks.client(event);
}

/** @returns what is wrong with an event of the server's. */
export function validateServerEvent(event: unknown): string[] {
  return checks.server(event);
}
