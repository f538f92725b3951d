/** Vectors of the scripts' own texts, by the SHA-256 of model and text. Nothing that people write is kept here. */
export interface ScriptVectorStore {
  /** Empty where nothing was kept, or what was kept cannot be read. */
  load(): Promise<Map<string, Float32Array>>;
  /** In place of what was kept. */
  save(vectors: ReadonlyMap<string, Float32Array>): Promise<void>;
}
