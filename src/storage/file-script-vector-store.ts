import { readFile } from 'node:fs/promises';
import type { ScriptVectorStore } from '../agent/script-vector-store.ts';
import { swapFile } from './file-commit.ts';

const schemaVersion = 1;

/** One file, which may be deleted at any time: it only saves asking again. */
export function createFileScriptVectorStore(path: string): ScriptVectorStore {
  return {
    async load() {
      const vectors = new Map<string, Float32Array>();
      try {
        const kept = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
        if (kept.schemaVersion !== schemaVersion) return vectors;
        for (const [key, text] of Object.entries(kept.vectors ?? {})) {
          const bytes = Buffer.from(String(text), 'base64');
          if (bytes.length % 4 !== 0) continue;
          const vector = new Float32Array(bytes.length / 4);
          new Uint8Array(vector.buffer).set(bytes);
          vectors.set(key, vector);
        }
      } catch {
        // As good as none.
      }
      return vectors;
    },
    async save(vectors) {
      const entries = [...vectors].map(([key, { buffer, byteOffset, byteLength }]) => [
        key,
        Buffer.from(buffer, byteOffset, byteLength).toString('base64'),
      ]);
      await swapFile(path, JSON.stringify({ schemaVersion, vectors: Object.fromEntries(entries) }));
    },
  };
}
