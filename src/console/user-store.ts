import type { User } from './user-record.ts';

/** What is to become of the users: those in `put` are added or replace the one with their id. */
export interface UserChange<Answer> {
  put?: readonly User[];
  /** Something done beside the server (`npm run user`), which the server then writes into the audit trail. */
  note?: UserNote;
  answer: Answer;
}

export interface UserNote {
  id: string;
  /** ISO 8601, UTC. */
  at: string;
  /** Like `user.create`. */
  action: string;
  /** The id of the user it was done to. */
  object: string;
  /** Whose terminal it was. */
  by: string;
}

/** Those who may sign in. Nobody is ever removed: the audit trail names them by id. */
export interface UserStore {
  find(id: string): Promise<User | undefined>;
  /** @param login as `loginOf` gives it */
  findByLogin(login: string): Promise<User | undefined>;
  /** In the order they were created. */
  list(): Promise<readonly User[]>;
  /**
   * Decides on what is there now and writes it, with no other change in between, also one of another process. Durable when
   * it resolves. Rejects with STORE_WRITE_FAILED, and with what `decide` throws. A login that is taken is for `decide` to see.
   */
  change<Answer>(decide: (users: readonly User[]) => UserChange<Answer>): Promise<Answer>;
  /** Notes that nobody has written into the trail yet, oldest first. */
  notes(): Promise<readonly UserNote[]>;
  forgetNotes(ids: readonly string[]): Promise<void>;
  close(): Promise<void>;
}
