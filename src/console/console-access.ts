import type { IncomingHttpHeaders } from 'node:http';
import { type Role, roles } from './roles.ts';

export { type Role, roles };

/** Whoever a session belongs to. */
export interface SignedIn {
  userId: string;
  name: string;
  role: Role;
  /** The clinics they may see. */
  clinics: 'all' | readonly string[];
}

/** What of a request is looked at. */
export interface ConsoleRequest {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  ip: string;
}

export interface ConsoleReply {
  code(status: number): ConsoleReply;
  send(body: unknown): unknown;
}

/** For `onRequest` of a route. */
export type ConsoleHook = (request: ConsoleRequest, reply: ConsoleReply) => Promise<unknown>;

/** One thing that was seen or done, for the trail. Names of patients, numbers and words said do not belong here: ids do. */
export interface AuditEntry {
  /** Like `recording.play`, `appointment.cancel`, `user.create`: what, dot, verb. */
  action: string;
  clinicId?: string;
  /** The call, appointment, user, script … by its id. */
  object?: string;
  /** Whose data it was, when known: the stored pseudonym, never a name or a number. */
  patient?: string;
  /** A few plain facts, like the reason that was given. */
  detail?: Record<string, string | number | boolean>;
}

/** Who may come in, and what is written down about it. Every route of the console is behind `only`. */
export interface ConsoleAccess {
  /** 401 without a session, 403 with a role that is not named, 403 for a write that another site's page caused. No role: any of them. */
  only(...allowed: Role[]): ConsoleHook;
  /** Whose request this is; behind `only` alone. */
  who(request: object): SignedIn;
  /** What somebody may not see is answered exactly like what is not there: 404. */
  sees(request: object, clinicId: string): boolean;
  /** Durable when it resolves; when it rejects (503), nothing may be shown or done. */
  audit(request: object, entry: AuditEntry): Promise<void>;
  /**
   * For what goes on after its answer began (event streams, web sockets): calls `over` once, within 15 s, when the person
   * is signed out, idle for too long or disabled. @returns to be called when the stream is closed
   */
  whenOver(request: object, over: () => void): () => void;
}
