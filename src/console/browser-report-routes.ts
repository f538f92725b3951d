import type { FastifyInstance } from 'fastify';
import type { Log } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import { pageHeaders, reportPath } from './page-headers.ts';

/** A report is about a kilobyte; browsers send several in one. */
const bodyLimit = 16_384;
/** Reports that are looked at between two starts of the server: anybody may send them. */
const mostLogged = 100;

export interface BrowserReportParts {
  publicUrl: () => string;
  log: Log;
  metrics: Metrics;
}

/** The headers of every answer below `/console`, and where browsers tell of what they kept from happening. */
export function browserReportRoutes(server: FastifyInstance, parts: BrowserReportParts): void {
  const { publicUrl, log, metrics } = parts;
  let logged = 0;

  server.addHook('onRequest', async (request, reply) => {
    if (/^\/console(?:[/?]|$)/.test(request.url))
      reply.headers(pageHeaders(publicUrl().startsWith('https:')));
  });
  server.register((scope, _options, done) => {
    scope.addContentTypeParser(
      ['application/csp-report', 'application/reports+json'],
      { parseAs: 'string', bodyLimit },
      scope.getDefaultJsonParser('error', 'error'),
    );
    scope.post(reportPath, { bodyLimit }, async (request, reply) => {
      metrics.count('browser_reports_total');
      logged += 1;
      if (logged <= mostLogged)
        log.warn({ directive: directiveIn(request.body) }, 'a browser kept a page from something');
      return reply.code(204).send();
    });
    done();
  });
}

/** Which rule it was, and nothing else of what a stranger sent. */
function directiveIn(body: unknown): string {
  const text = JSON.stringify(body) ?? '';
  const found = /"(?:effective-?directive|violated-directive)":"([a-z-]{1,40})/i.exec(text);
  return found?.[1] ?? 'unknown';
}
