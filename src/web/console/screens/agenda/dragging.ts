import { useEffect, useRef, useState } from 'preact/hooks';
import type { AppointmentEntry } from '../../../../console/agenda-view.ts';
import { rowMinutes, rowPx } from './grid-layout.ts';

/** Px before a press is a drag. */
const slackPx = 6;
/** Steps in which a time is pointed at, minutes. */
const stepMinutes = 15;
const minuteMs = 60_000;

/** Where a visit would be let go. */
export interface Drop {
  lane: string;
  date: string;
  minute: number;
  startMs: number;
}

export interface Dragging {
  /** The visit on its way. */
  id: string | undefined;
  drop: Drop | undefined;
  begin(event: PointerEvent, entry: AppointmentEntry): void;
  /** Whether the click that follows belongs to a drag. */
  endedNow(): boolean;
}

/** Dragging with a mouse or a pen; a finger scrolls. Esc lets it be. @param fromMinute of the day, at a column's top */
export function useDragging(
  fromMinute: number,
  onDrop: (entry: AppointmentEntry, drop: Drop) => void,
): Dragging {
  const [state, setState] = useState<{ id: string; drop: Drop | undefined }>();
  const started = useRef<
    { entry: AppointmentEntry; x: number; y: number; isDrag: boolean } | undefined
  >(undefined);
  const ended = useRef(false);
  const parts = useRef({ fromMinute, onDrop });
  parts.current = { fromMinute, onDrop };

  useEffect(() => {
    const stop = () => {
      started.current = undefined;
      setState(undefined);
    };
    const onMove = (event: PointerEvent) => {
      const drag = started.current;
      if (!drag) return;
      const isFar = Math.hypot(event.clientX - drag.x, event.clientY - drag.y) > slackPx;
      if (!drag.isDrag && !isFar) return;
      drag.isDrag = true;
      event.preventDefault();
      setState({ id: drag.entry.id, drop: dropAt(event, parts.current.fromMinute) });
    };
    const onUp = (event: PointerEvent) => {
      const drag = started.current;
      if (!drag) return;
      stop();
      if (!drag.isDrag) return;
      ended.current = true;
      // The click comes right after, if it comes at all.
      setTimeout(() => {
        ended.current = false;
      }, 0);
      const drop = dropAt(event, parts.current.fromMinute);
      if (drop) parts.current.onDrop(drag.entry, drop);
    };
    const onKey = (event: KeyboardEvent) => event.key === 'Escape' && stop();
    addEventListener('pointermove', onMove);
    addEventListener('pointerup', onUp);
    addEventListener('pointercancel', stop);
    addEventListener('keydown', onKey);
    return () => {
      removeEventListener('pointermove', onMove);
      removeEventListener('pointerup', onUp);
      removeEventListener('pointercancel', stop);
      removeEventListener('keydown', onKey);
    };
  }, []);

  return {
    id: state?.id,
    drop: state?.drop,
    begin(event, entry) {
      if (event.button !== 0 || event.pointerType === 'touch') return;
      started.current = { entry, x: event.clientX, y: event.clientY, isDrag: false };
    },
    endedNow: () => ended.current,
  };
}

function dropAt(event: PointerEvent, fromMinute: number): Drop | undefined {
  const column = document
    .elementsFromPoint(event.clientX, event.clientY)
    .find((one): one is HTMLElement => one instanceof HTMLElement && 'lane' in one.dataset);
  if (!column) return undefined;
  const { lane = '', date = '', start = '0' } = column.dataset;
  const y = event.clientY - column.getBoundingClientRect().top;
  const pointed = fromMinute + (y / rowPx) * rowMinutes;
  const minute = Math.max(0, Math.round(pointed / stepMinutes) * stepMinutes);
  return { lane, date, minute, startMs: Number(start) + minute * minuteMs };
}
