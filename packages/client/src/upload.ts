/**
 * Sends one body and tells how far it has come. Browsers refuse streamed bodies over
 * HTTP/1.1, so there it is XMLHttpRequest; elsewhere a stream handed to fetch.
 */
export interface Upload {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Uint8Array;
  readonly onProgress: (sentBytes: number, totalBytes: number) => void;
  readonly signal?: AbortSignal;
}

export function canUploadByXhr(): boolean {
  return typeof XMLHttpRequest === "function";
}

/** Resolves with whatever the server answers; rejects with a TypeError when nothing does. */
export function uploadByXhr(upload: Upload): Promise<Response> {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    xhr.open("POST", upload.url);
    for (const [name, value] of Object.entries(upload.headers)) xhr.setRequestHeader(name, value);
    xhr.upload.onprogress = (event) => upload.onProgress(event.loaded, upload.bytes.byteLength);
    xhr.onload = () => resolve(new Response(xhr.responseText, { status: xhr.status }));
    xhr.onerror = () => reject(new TypeError("The upload was broken off."));
    xhr.onabort = () => reject(upload.signal?.reason ?? new TypeError("The upload was aborted."));
    upload.signal?.addEventListener("abort", () => xhr.abort(), { once: true });
    xhr.send(upload.bytes.slice().buffer);
  });
}

const chunkBytes = 65_536;

/** A stream over the bytes that reports what the network has taken. */
export function streamOf(upload: Pick<Upload, "bytes" | "onProgress">): ReadableStream<Uint8Array> {
  let offset = 0;
  return new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (offset >= upload.bytes.byteLength) {
          controller.close();
          return;
        }
        const chunk = upload.bytes.slice(offset, offset + chunkBytes);
        offset += chunk.byteLength;
        controller.enqueue(chunk);
        upload.onProgress(offset, upload.bytes.byteLength);
      },
    },
    { highWaterMark: 1 },
  );
}
