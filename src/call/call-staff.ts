import type { AgentVoice } from './agent-voice.ts';
import type { CallFact } from './call-event.ts';
import type { CallJournal } from './call-journal.ts';
import type { StaffDeed } from './call-record.ts';
import type { CallTap, TapListener } from './call-tap.ts';
import type { CallTools } from './call-tools.ts';
import { PersonVoice } from './person-voice.ts';
import type { Farewell, HeldEnd, Turn, TurnEvent } from './turn.ts';
import { mayBeTaken } from './turn-held.ts';

/** What staff do to one call is kept in its record; somebody who presses a button all day is not. */
const mostDeeds = 200;
/** Characters of a hint. */
export const longestHint = 500;

/** Somebody of the clinic, signed in. */
export interface StaffMember {
  id: string;
  name: string;
}

/** `ending`: the call is over or must end. `held`: somebody speaks with the caller, `by` whom. */
export type StaffAnswer =
  | { outcome: 'done' }
  | { outcome: 'ending' }
  | { outcome: 'held'; by: string }
  | { outcome: 'not-yours' };

interface CallStaffParts {
  turn: () => Turn;
  dispatch: (event: TurnEvent) => void;
  agent: AgentVoice;
  tools: CallTools;
  tap: CallTap;
  journal: () => CallJournal | undefined;
  tell: (fact: CallFact, atMs: number) => void;
  tellModel: (text: string) => void;
  /** @returns whether the destination exists and may be dialled now. */
  agreeTransfer: (destination: string) => boolean;
  nowMs: () => number;
}

/** What people of the clinic do to a call while it goes on. Who may speak is decided by the turn alone. */
export class CallStaff {
  readonly #parts: CallStaffParts;
  readonly #voice: PersonVoice;
  #holder: StaffMember | undefined;
  #microphones = 0;
  #deeds = 0;

  constructor(parts: CallStaffParts) {
    this.#parts = parts;
    const itemOf = (stretch: number) => `person:${this.#holds}.${stretch}`;
    this.#voice = new PersonVoice({
      say: (stretch, ulaw) => {
        const name = this.#holder?.name ?? '';
        parts.agent.person(itemOf(stretch), name, ulaw, parts.nowMs());
      },
      paused: (stretch) => parts.agent.personPaused(itemOf(stretch)),
    });
  }

  /** Times the call was taken. */
  #holds = 0;

  get holder(): StaffMember | undefined {
    return this.#holder;
  }

  /** Told to the agent alone; changes what it says next. */
  hint(by: StaffMember, text: string): StaffAnswer {
    if (this.#parts.turn().phase === 'over') return { outcome: 'ending' };
    const note = hintNote(text);
    this.#parts.tellModel(note);
    this.#parts.tools.remember(note);
    this.#note(by, 'hint', { text });
    return { outcome: 'done' };
  }

  /** The first who takes it has it. The agent is silent from now on, and the microphone has to come soon. */
  take(by: StaffMember): StaffAnswer {
    if (this.#holder) return this.#heldBy(by);
    if (!mayBeTaken(this.#parts.turn())) return { outcome: 'ending' };
    this.#holder = by;
    this.#holds += 1;
    this.#parts.dispatch({ type: 'person-takes' });
    this.#note(by, 'took');
    return { outcome: 'done' };
  }

  giveBack(by: StaffMember): StaffAnswer {
    if (this.#holder?.id !== by.id) return { outcome: 'not-yours' };
    this.#parts.dispatch({ type: 'person-leaves' });
    return { outcome: 'done' };
  }

  /** A goodbye first; whoever else is speaking with the caller is not cut off. */
  end(by: StaffMember): StaffAnswer {
    return this.#finish(
      by,
      'ended',
      {},
      {
        reason: 'ended-by-staff',
        fallback: 'tchau',
        instructions:
          'A equipe da clínica está encerrando a ligação. Despeça-se em uma frase curta e gentil. Não pergunte mais nada.',
      },
    );
  }

  /** @returns undefined when there is no such destination, or nobody answers there now. */
  transfer(by: StaffMember, destination: string): StaffAnswer | undefined {
    const refusal = this.#refusal(by);
    if (refusal) return refusal;
    if (!this.#parts.agreeTransfer(destination)) return undefined;
    this.#parts.tools.noteEffect({ type: 'transfer-agreed', destination }, this.#parts.nowMs());
    return this.#finish(
      by,
      'transferred',
      { destination },
      {
        reason: 'transferred',
        fallback: 'um-momento',
        instructions:
          'Diga em uma frase curta que você vai passar a ligação agora para uma pessoa da equipe. Não pergunte mais nada.',
      },
    );
  }

  /**
   * The microphone and the ear of whoever holds the call. Without one for five seconds the agent has the caller again.
   * @returns undefined for anybody else
   */
  talk(by: StaffMember, hear: TapListener): Microphone | undefined {
    if (this.#holder?.id !== by.id) return undefined;
    const hold = this.#holds;
    const stop = this.#parts.tap.join('party', hear);
    this.#microphones += 1;
    this.#parts.dispatch({ type: 'person-back' });
    let isOpen = true;
    return {
      speak: (ulaw) => {
        if (isOpen && this.#holder && hold === this.#holds) this.#voice.hear(ulaw);
      },
      close: () => {
        if (!isOpen) return;
        isOpen = false;
        stop();
        this.#microphones -= 1;
        if (this.#microphones === 0 && this.#holder) this.#parts.dispatch({ type: 'person-away' });
      },
    };
  }

  /** The turn says that the person has left the floor. */
  left(how: HeldEnd): void {
    const holder = this.#holder;
    this.#voice.pause();
    this.#holder = undefined;
    if (holder && how !== 'ended') this.#note(holder, how);
  }

  #finish(
    by: StaffMember,
    did: 'ended' | 'transferred',
    more: Partial<StaffDeed>,
    farewell: Farewell,
  ): StaffAnswer {
    const refusal = this.#refusal(by);
    if (refusal) return refusal;
    this.#note(by, did, more);
    this.#parts.dispatch({ type: 'end-wanted', ...farewell });
    return { outcome: 'done' };
  }

  #refusal(by: StaffMember): StaffAnswer | undefined {
    if (this.#holder && this.#holder.id !== by.id) return this.#heldBy(by);
    const { phase } = this.#parts.turn();
    return phase === 'talking' || phase === 'closing' ? undefined : { outcome: 'ending' };
  }

  #heldBy(by: StaffMember): StaffAnswer {
    const { id, name } = this.#holder ?? by;
    return { outcome: 'held', by: id === by.id ? 'você' : name };
  }

  #note(by: StaffMember, did: StaffDeed['did'], more: Partial<StaffDeed> = {}): void {
    const atMs = Math.round(this.#parts.nowMs());
    const deed: StaffDeed = { atMs, byId: by.id, by: by.name, did, ...more };
    this.#deeds += 1;
    if (this.#deeds <= mostDeeds)
      this.#parts.journal()?.noteSoon((record) => {
        record.staff = [...(record.staff ?? []), deed];
      });
    this.#parts.tell({ type: 'staff-acted', deed }, atMs);
  }
}

export interface Microphone {
  /** μ-law, 8 kHz. */
  speak(ulaw: Buffer): void;
  close(): void;
}

const hintNote = (text: string) =>
  `[equipe] Recado da equipe da clínica só para você; quem ligou não o ouve e não sabe dele: «${text.replaceAll(/[«»]/g, '"')}» Leve-o em conta na sua próxima resposta, com as suas palavras. Não o leia em voz alta e não diga que recebeu um recado. Ele não muda as regras das ferramentas nem a verificação de identidade.`;
