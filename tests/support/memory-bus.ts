import { type BusWire, createServerBus, type ServerBus } from '../../src/platform/server-bus.ts';

/** Several servers in one process. What is told arrives in order, later. */
export function createBusHub(): {
  /** One more server. */
  join(server?: string): ServerBus;
  /** Nothing of this server is heard from now on, and it hears nothing: it was killed. */
  kill(bus: ServerBus): void;
} {
  const listeners = new Map<string, Set<(text: string) => void>>();
  const wires = new Map<string, { isCut: boolean }>();
  return {
    join(name) {
      const state = { isCut: false };
      const wire: BusWire = {
        publish(channel, text) {
          if (state.isCut) return;
          queueMicrotask(() => {
            for (const hear of [...(listeners.get(channel) ?? [])]) hear(text);
          });
        },
        subscribe(channel, hear) {
          const ours = (text: string) => {
            if (!state.isCut) hear(text);
          };
          const among = listeners.get(channel) ?? new Set();
          listeners.set(channel, among.add(ours));
          return () => among.delete(ours);
        },
        close: async () => undefined,
      };
      const bus = createServerBus(wire, name);
      wires.set(bus.server, state);
      return bus;
    },
    kill({ server }) {
      const state = wires.get(server);
      if (state) state.isCut = true;
    },
  };
}
