// Keeps the whole guide on the device after one visit: one file is fetched, and every page of it is answered from there.
"use strict";
const SCOPE = new URL(self.registration.scope);
const PREFIX = "guide " + SCOPE.pathname + " ";
const NAME = PREFIX + "@VERSION@";

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const answer = await fetch(new URL("offline.json", SCOPE), { cache: "no-cache" });
    if (!answer.ok) throw new Error("the guide cannot be fetched");
    const files = await answer.json();
    const cache = await caches.open(NAME);
    await Promise.all(Object.entries(files).map(([path, [type, text]]) =>
      cache.put(new URL(path, SCOPE), new Response(text, { headers: { "Content-Type": type } }))));
    await self.skipWaiting();
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    // Another guide on the same host keeps its own pages: their names begin with its own path.
    const old = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== NAME);
    await Promise.all(old.map((name) => caches.delete(name)));
    await self.clients.claim();
  })());
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== SCOPE.origin || !url.pathname.startsWith(SCOPE.pathname)) return;
  url.search = url.hash = "";
  if (url.pathname.endsWith("/")) url.pathname += "index.html";
  event.respondWith((async () => {
    const cache = await caches.open(NAME);
    return (await cache.match(url)) || fetch(event.request);
  })());
});
