/** The notes, kept in the installation's own state. */
import { type BerthContext, defineApp } from "@berth/sdk/server";

interface Note {
  readonly id: string;
  readonly text: string;
}

const prefix = "notes/";

async function listNotes(berth: BerthContext): Promise<Response> {
  const notes: Note[] = [];
  for await (const { value } of berth.state.entries<Note>(prefix)) notes.push(value);
  return Response.json({ notes });
}

async function addNote(request: Request, berth: BerthContext): Promise<Response> {
  const { text } = (await request.json().catch(() => ({}))) as { text?: unknown };
  if (typeof text !== "string" || text.trim() === "" || text.length > 500) {
    return Response.json({ error: "text must have 1 to 500 characters" }, { status: 400 });
  }
  const note: Note = { id: crypto.randomUUID(), text: text.trim() };
  await berth.state.put(prefix + note.id, note);
  berth.log.info(`added the note ${note.id}`);
  return Response.json(note, { status: 201 });
}

export default defineApp({
  async fetch(request, berth) {
    const { pathname } = new URL(request.url);
    if (pathname === "/health") return Response.json({ status: "ok" });
    if (pathname === "/api/notes" && request.method === "GET") return listNotes(berth);
    if (pathname === "/api/notes" && request.method === "POST") return addNote(request, berth);
    const id = /^\/api\/notes\/([\w-]{1,64})$/.exec(pathname)?.[1];
    if (id && request.method === "DELETE") {
      const { existed } = await berth.state.delete(prefix + id);
      return new Response(null, { status: existed ? 204 : 404 });
    }
    return Response.json({ error: "there is nothing here" }, { status: 404 });
  },
  health: async (berth) => {
    await berth.state.list({ prefix, limit: 1 });
  },
});
