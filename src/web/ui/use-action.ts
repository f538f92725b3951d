import { useCallback, useRef, useState } from 'preact/hooks';
import { problemText } from './api.ts';
import { notify } from './notices.tsx';

/**
 * A change somebody asks for by a button: while it runs it cannot be asked for again, and its trouble is told.
 * @param tell what becomes of trouble; default: a notice
 */
export function useAction<Given extends unknown[]>(
  act: (...given: Given) => Promise<unknown>,
  tell: (error: unknown) => void = (error) => notify('bad', problemText(error)),
): { run: (...given: Given) => Promise<boolean>; isRunning: boolean } {
  const [isRunning, setRunning] = useState(false);
  const running = useRef(false);
  const latest = useRef({ act, tell });
  latest.current = { act, tell };
  const run = useCallback(async (...given: Given) => {
    if (running.current) return false;
    running.current = true;
    setRunning(true);
    try {
      await latest.current.act(...given);
      return true;
    } catch (error) {
      latest.current.tell(error);
      return false;
    } finally {
      running.current = false;
      setRunning(false);
    }
  }, []);
  return { run, isRunning };
}
