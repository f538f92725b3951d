import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify';
import type { ScriptCatalogue, ScriptOutcome } from '../agent/script-catalogue.ts';
import type { ScriptChange } from '../agent/script-steps.ts';
import { problem } from '../platform/problem.ts';
import type { ConsoleAccess } from './console-access.ts';
import {
  idFromName,
  readScriptStep,
  readScriptTrial,
  readScriptWrite,
  scriptView,
  trialView,
  versionView,
} from './script-requests.ts';

/** Who comes in by one address, and what they may. */
interface Door {
  path: string;
  read: onRequestHookHandler;
  write: onRequestHookHandler;
  by(request: FastifyRequest): string;
  /** Null: all clinics'. */
  sees(request: FastifyRequest, clinic: string | null): boolean;
  mayChange(request: FastifyRequest, clinic: string | null): boolean;
  /** Before anything is changed; when it rejects, nothing is. */
  note(request: FastifyRequest, action: string, id: string, clinic: string | null): Promise<void>;
}

type Ids = { Params: { id: string } };
const idShape = /^[a-z0-9][a-z0-9-]{1,40}$/;

/** The scripts for whoever has an API key of the scope `scripts:*`: the addresses other programs know. */
export function scriptApiRoutes(
  server: FastifyInstance,
  parts: {
    catalogue: ScriptCatalogue;
    /** The id of the key a request carries. */
    holder: (request: FastifyRequest) => string | undefined;
    defaultClinic: string;
  },
): void {
  const guard = async (request: FastifyRequest, reply: FastifyReply) => {
    reply.header('cache-control', 'no-store').header('x-content-type-options', 'nosniff');
    if (parts.holder(request) !== undefined) return;
    reply.header('www-authenticate', 'Bearer');
    return refuse(reply, 401, 'unauthorized', 'Informe a chave da API: Authorization: Bearer …');
  };
  const door: Door = {
    ...{ path: '/api/v1/script', read: guard, write: guard },
    by: (request) => parts.holder(request) ?? '',
    sees: () => true,
    mayChange: () => true,
    note: async () => undefined,
  };
  scriptRoutes(server, door, parts);
}

/** The same for staff who are signed in; admins change. */
export function scriptConsoleRoutes(
  server: FastifyInstance,
  parts: { catalogue: ScriptCatalogue; access: ConsoleAccess; defaultClinic: string },
): void {
  const { access } = parts;
  const mayChange = (request: FastifyRequest, clinic: string | null) =>
    access.who(request).clinics === 'all' || (clinic !== null && access.sees(request, clinic));
  const door: Door = {
    path: '/console/api/scripts',
    read: access.only('staff', 'admin', 'auditor'),
    write: access.only('admin'),
    by: (request) => access.who(request).userId,
    sees: (request, clinic) => clinic === null || access.sees(request, clinic),
    mayChange,
    note: (request, action, object, clinic) =>
      access.audit(request, { action, object, ...(clinic === null ? {} : { clinicId: clinic }) }),
  };
  scriptRoutes(server, door, parts);
}

function scriptRoutes(
  server: FastifyInstance,
  door: Door,
  { catalogue, defaultClinic }: { catalogue: ScriptCatalogue; defaultClinic: string },
): void {
  const { path } = door;
  const read = { onRequest: door.read };
  const write = { onRequest: door.write };
  const seen = (request: FastifyRequest<Ids>) => {
    const { id } = request.params;
    const head = idShape.test(id) ? catalogue.find(id) : undefined;
    return head && door.sees(request, head.clinic) ? head : undefined;
  };

  server.get(path, read, async (request) => ({
    scripts: catalogue
      .list()
      .filter(({ clinic }) => door.sees(request, clinic))
      .flatMap((head) => scriptView(head) ?? []),
  }));

  server.get<Ids>(`${path}/:id`, read, async (request, reply) => {
    const head = seen(request);
    return head ? { script: scriptView(head) } : refuseUnknown(reply);
  });

  server.get<Ids>(`${path}/:id/versions`, read, async (request, reply) => {
    const head = seen(request);
    if (!head) return refuseUnknown(reply);
    const versions = await catalogue.versions(head.id);
    return { versions: versions.map((one) => versionView(one, head)) };
  });

  server.post(`${path}/try`, read, async (request, reply) => {
    const asked = readScriptTrial(request.body);
    if ('problem' in asked) return refuse(reply, 400, 'invalid-request', asked.problem);
    const { text, draft, clinic = defaultClinic, desks } = asked.value;
    if (!door.sees(request, clinic)) return refuseUnknown(reply);
    const scope = { clinic, ...(desks ? { desks } : {}) };
    const matches = draft
      ? catalogue.tryDraft(text, scope)
      : await catalogue.matchMeaning(text, scope);
    return trialView(matches, nameOf);
  });
  const nameOf = (id: string) => {
    const head = catalogue.find(id);
    return head?.live?.body.name ?? head?.draft?.name ?? id;
  };

  server.post(path, write, async (request, reply) => {
    const asked = readScriptWrite(request.body);
    if ('problem' in asked) return refuse(reply, 400, 'invalid-script', asked.problem);
    const { clinic, body, publish } = asked.value;
    if (!door.mayChange(request, clinic)) return refuseShared(reply);
    const id = asked.value.id ?? idFromName(body.name);
    const change: ScriptChange = { type: 'create', clinic, body, publish };
    await door.note(request, 'script.create', id, clinic);
    const done = await catalogue.change(id, change, door.by(request));
    return answer(reply.code(201), done);
  });

  /** One change of a script that is there. */
  const step = (
    method: 'PUT' | 'POST' | 'DELETE',
    rest: string,
    action: string,
    changeOf: (request: FastifyRequest<Ids>) => { change: ScriptChange } | { problem: string },
  ) =>
    server.route<Ids>({
      method,
      url: `${path}/:id${rest}`,
      ...write,
      handler: async (request, reply) => {
        const asked = changeOf(request);
        if ('problem' in asked) return refuse(reply, 400, 'invalid-script', asked.problem);
        const head = seen(request);
        const wasDeleted = !head && asked.change.type === 'roll-back';
        if (!head && !wasDeleted) return refuseUnknown(reply);
        // Of what was deleted nobody knows whose it was: only those who may change all of them bring it back.
        if (!door.mayChange(request, head?.clinic ?? null)) return refuseShared(reply);
        const { id } = request.params;
        await door.note(request, action, id, head?.clinic ?? null);
        const done = await catalogue.change(id, asked.change, door.by(request));
        return answer(reply, done, asked.change.type === 'delete');
      },
    });

  const written = (type: 'draft' | 'replace') => (request: FastifyRequest) => {
    const asked = readScriptWrite(request.body);
    if ('problem' in asked) return asked;
    const { body, note, revision } = asked.value;
    const seenAt = revision === undefined ? {} : { revision };
    const change: ScriptChange =
      type === 'draft' ? { type, body, ...seenAt } : { type, body, note, ...seenAt };
    return { change };
  };
  const stepped = (type: 'drop-draft' | 'publish' | 'delete') => (request: FastifyRequest) => {
    const asked = readScriptStep(request.body);
    if ('problem' in asked) return asked;
    const { note, revision } = asked.value;
    const seenAt = revision === undefined ? {} : { revision };
    const change: ScriptChange =
      type === 'publish' ? { type, note, ...seenAt } : { type, ...seenAt };
    return { change };
  };

  step('PUT', '', 'script.replace', written('replace'));
  step('PUT', '/draft', 'script.draft', written('draft'));
  step('DELETE', '/draft', 'script.drop-draft', stepped('drop-draft'));
  step('POST', '/publish', 'script.publish', stepped('publish'));
  step('DELETE', '', 'script.delete', stepped('delete'));
  step('POST', '/roll-back', 'script.roll-back', (request) => {
    const asked = readScriptStep(request.body);
    if ('problem' in asked) return asked;
    const { version, revision } = asked.value;
    if (version === undefined) return { problem: 'Diga para qual versão: {"version": 3}.' };
    const seenAt = revision === undefined ? {} : { revision };
    return { change: { type: 'roll-back', version, ...seenAt } };
  });
}

const refusals = {
  exists: [409, 'Já existe um roteiro com este id. Escolha outro id ou altere o que existe.'],
  'not-found': [404, 'Não há roteiro com este id.'],
  stale: [409, 'Alguém mudou este roteiro enquanto você escrevia. Abra-o de novo e repita.'],
  changed: [409, 'Alguém mudou este roteiro neste instante. Abra-o de novo e repita.'],
  'no-draft': [409, 'Não há rascunho para publicar ou descartar.'],
  'no-such-version': [404, 'Essa versão não existe ou já foi esquecida.'],
} as const;

function answer(reply: FastifyReply, done: ScriptOutcome, isGone = false): FastifyReply {
  if (done.outcome === 'done')
    return isGone ? reply.code(204).send() : reply.send({ script: scriptView(done.head) });
  const [status, message] = refusals[done.outcome];
  const code = done.outcome === 'changed' ? 'stale' : done.outcome;
  return refuse(reply, status, code, message);
}

function refuse(reply: FastifyReply, status: number, code: string, message: string): FastifyReply {
  return reply.code(status).type('application/json').send(problem(code, message));
}

function refuseUnknown(reply: FastifyReply): FastifyReply {
  return refuse(reply, 404, 'not-found', 'Não há roteiro com este id.');
}

function refuseShared(reply: FastifyReply): FastifyReply {
  const message = 'Este roteiro vale para todas as clínicas; só quem cuida de todas pode mudá-lo.';
  return refuse(reply, 403, 'shared-script', message);
}
