import type { ComponentType } from 'preact';
import type { Role } from '../../console/roles.ts';
import type { IconName } from '../ui/icons.tsx';
import type { Phrase } from '../ui/words.ts';

/** What a screen is given: the address below its own path. */
export interface ScreenParts {
  /** `/console/recordings/abc/notes` → `['abc', 'notes']`. */
  rest: readonly string[];
  query: URLSearchParams;
  /** All that this person may open, in the order of the navigation. */
  screens: readonly Screen[];
}

export interface Screen {
  /** First part of its address below `/console/`. */
  path: string;
  title: Phrase;
  /** One line for the start page: what it is for. */
  about: Phrase;
  icon: IconName;
  /** Where in the navigation; `none` is reached otherwise. */
  group: 'day' | 'clinic' | 'house' | 'none';
  /** Who may open it: the server asks again. */
  roles: readonly Role[];
  load: () => Promise<{ default: ComponentType<ScreenParts> }>;
}
