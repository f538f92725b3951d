import type { ClinicProfile } from '../agent/clinic-profile.ts';
import type { AnswerSituation } from '../agent/script-answer.ts';
import type { ScriptCatalogue, ScriptScope, ServedScript } from '../agent/script-catalogue.ts';
import { withClinicFacts } from '../agent/script-facts.ts';
import type { ScriptMatch } from '../agent/script-matcher.ts';
import { clinicTime } from '../agent/spoken-portuguese.ts';
import type { Clock } from '../platform/clock.ts';
import { type ChatScripts, joinedSaid } from './chat-turn.ts';
import type { Conversation } from './conversation-record.ts';
import type { ScriptThread } from './script-thread-record.ts';

export interface ScriptRules {
  desks: readonly string[];
  /** The script for whoever wants a person. */
  personScript: string;
}

/** The scripts as one conversation is served with them. */
export interface ScriptLookup {
  catalogue: ScriptCatalogue;
  scopeOf(clinic: string): ScriptScope;
  served(clinic: string, id: string): ServedScript | undefined;
  /** @param text what was just written: its matches are looked for beforehand, by meaning as well */
  scriptsFor(clinic: string, thread: ScriptThread, text?: string): Promise<ChatScripts>;
  /** Throws for a clinic that is not there any more. */
  situationOf(clinic: string): AnswerSituation;
  /** With the clinic's own facts in the place of braces. */
  worded(text: string, at: Pick<Conversation, 'clinic' | 'channel'>): string;
}

export function createScriptLookup(parts: {
  scripts: ScriptCatalogue;
  rules: ScriptRules;
  clinicOf(id: string): ClinicProfile | undefined;
  clock: Clock;
}): ScriptLookup {
  const { scripts: catalogue, rules, clock } = parts;
  const scopeOf = (clinic: string) => ({ clinic, desks: rules.desks });
  function clinicOf(id: string): ClinicProfile {
    const clinic = parts.clinicOf(id);
    if (!clinic) throw new Error('the clinic of a conversation is not there any more');
    return clinic;
  }

  return {
    catalogue,
    scopeOf,
    served: (clinic, id) => catalogue.served(id, scopeOf(clinic)),
    async scriptsFor(clinic, thread, text) {
      const scope = scopeOf(clinic);
      const joined = text === undefined || thread.chosen ? [] : [joinedSaid(thread, text)];
      const known = new Map<string, ScriptMatch[]>();
      for (const one of new Set(text === undefined ? [] : [text, ...joined]))
        known.set(one, await catalogue.matchMeaning(one, scope));
      return {
        match: (one) => known.get(one) ?? catalogue.match(one, scope),
        served: (id) => catalogue.served(id, scope),
        topics: catalogue
          .live(scope)
          .slice(0, 8)
          .map(({ body }) => body.name.toLowerCase()),
        personId: rules.personScript,
      };
    },
    situationOf(id) {
      const clinic = clinicOf(id);
      const areaCode = /^\+55(\d{2})/.exec(clinic.numbers[0] ?? '')?.[1];
      const now = clinicTime(clock.wallMs(), clinic.timeZone);
      return areaCode === undefined ? { now } : { now, areaCode };
    },
    worded: (text, { clinic, channel }) =>
      withClinicFacts(text, { clinic: clinicOf(clinic), channel, clock }),
  };
}
