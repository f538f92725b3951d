import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { FastifyInstance, RouteOptions } from 'fastify';

export interface Route {
  method: string;
  url: string;
}

/** Watches every server that is made from now on; `of` gives what one of them answers. */
export function watchRoutes(): { of(server: FastifyInstance): Route[]; stop(): void } {
  const tables = new Map<FastifyInstance, Route[]>();
  const meet = (message: unknown) => {
    const { fastify } = message as { fastify: FastifyInstance };
    const table: Route[] = [];
    tables.set(fastify, table);
    fastify.addHook('onRoute', ({ method, url }: RouteOptions) => {
      for (const one of [method].flat()) table.push({ method: one, url });
    });
  };
  subscribe('fastify.initialization', meet);
  return {
    of: (server) => tables.get(server) ?? [],
    stop: () => unsubscribe('fastify.initialization', meet),
  };
}

/** An address that a route answers, with plausible values for its parameters. */
export function addressOf({ url }: Route): string {
  return url
    .replace(/:[a-zA-Z]+(\([^)]*\))?/g, 'abcdefghijklmnopqrstuvwxyz'.slice(0, 26))
    .replace('*', 'x');
}
