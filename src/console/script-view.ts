/** What screens are told of scripts. Pure types. */

export interface ScriptQuestionView {
  id: string;
  ask: string;
  label: string;
  type: string;
  required: boolean;
  options: { label: string; aliases: string[] }[];
  ifNo?: string;
}

/** What a script says. */
export interface ScriptTextView {
  name: string;
  desk: string;
  when: string;
  examples: string[];
  questions: ScriptQuestionView[];
  guidance: string[];
  tools: string[];
  finalMessage: string;
}

/** The text is the one that people are served with; of a script that never was published, the draft's. */
export interface ScriptView extends ScriptTextView {
  id: string;
  /** Null: all clinics'. */
  clinic: string | null;
  /** To be sent back with a change. */
  revision: number;
  status: 'live' | 'draft';
  /** The one that people are served with. */
  version: number | null;
  draft: ScriptTextView | null;
  updatedAt: string;
  /** A user's id, an API key's, or `shipped`. */
  updatedBy: string;
}

export interface ScriptVersionView {
  version: number;
  at: string;
  by: string;
  note: string;
  /** It is what people are served with now. */
  isLive: boolean;
  body: ScriptTextView;
}

export interface ScriptMatchView {
  id: string;
  name: string;
  /** 0 to 1. */
  score: number;
  /** By words, or by meaning (embeddings). */
  by: 'words' | 'meaning';
  words: string[];
  example: string;
}

/** Answer of `try`. */
export interface ScriptTrialView {
  matches: ScriptMatchView[];
  /** The first one, when its score is enough to be chosen. */
  chosen: string | null;
  leastScore: number;
}
