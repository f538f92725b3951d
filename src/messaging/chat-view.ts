/** What the page of the chat is told. Pure types. */

export interface ChatLineView {
  who: 'me' | 'agent' | 'staff';
  text: string;
  /** ISO 8601, UTC. */
  at: string;
}

/** Answer of `GET /chat/history`; everything null or empty where nobody has begun. */
export interface ChatHistoryView {
  clinic: { name: string; phone: string | null };
  /** How messages are answered when the page does not choose. */
  mode: 'agent' | 'scripts';
  name: string | null;
  lines: ChatLineView[];
  /** A person of the clinic answers now. */
  isHeld: boolean;
  /** The script that is being asked, and how far. */
  script: { name: string; step: number; of: number } | null;
}

/** A step that was done, in `steps` of an answer of `POST /chat`. */
export interface ChatStepView {
  id: string;
  question: string;
  answer: string;
}

/** Answer of `POST /chat`. */
export interface ChatAnswerView {
  /** Empty while a person of the clinic answers. */
  answer: string;
  steps: ChatStepView[];
  is_final_step: boolean;
}

/** One question of a script, for whoever changes its answer. */
export interface ScriptQuestionView {
  id: string;
  /** A few words for staff. */
  label: string;
  ask: string;
  type:
    | 'text'
    | 'name'
    | 'choice'
    | 'yes-no'
    | 'date'
    | 'birth-date'
    | 'time'
    | 'phone'
    | 'cpf'
    | 'email'
    | 'number'
    | 'money';
  /** What is not required may be answered with “pular”. */
  required: boolean;
  /** Of a choice. */
  options: string[];
}

/**
 * What staff see of the script of one conversation. Answer of `GET` and `PUT {script}
 * /console/api/conversations/:id/script` and of `PUT {answer} …/script/answers/:question`, which refuses with 400
 * `unfit-answer` (why, in Portuguese), 404 `no-such-question`, 409 `no-script`.
 */
export interface ChatScriptView {
  conversationId: string;
  clinic: string;
  /** The script in use and why; null: none yet. */
  script: {
    id: string;
    name: string;
    score: number;
    by: 'words' | 'meaning';
    words: string[];
    example: string;
    /** A user's id; null: the matching. */
    chosenBy: string | null;
    phase: 'asking' | 'reviewing' | 'done' | 'free';
  } | null;
  /** What it asks, in its order. */
  questions: ScriptQuestionView[];
  /** What was answered; `isChecked` false: it was not what was asked for, and was kept as it was written. */
  steps: (ChatStepView & { isChecked: boolean })[];
  /** What the first messages matched, best first; the one in use may be among them. */
  candidates: { id: string; name: string; score: number }[];
  /** Which may be chosen instead. */
  scripts: { id: string; name: string }[];
}
