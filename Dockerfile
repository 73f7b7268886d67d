# Build: every tool, nothing of it in the image that runs.
FROM node:20-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npm run build && npm ci --ignore-scripts --omit=dev

FROM node:20-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
RUN mkdir /data && chown 1000:1000 /data
USER 1000:1000
VOLUME /data
ENV TALLYGATE_HOST=0.0.0.0 \
    TALLYGATE_DATA_DIR=/data \
    TALLYGATE_MANAGEMENT_HOST=0.0.0.0
EXPOSE 8243 9000
HEALTHCHECK --interval=10s --timeout=3s --start-period=15s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:9000/readyz').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# As in package.json (docs/decisions/0091).
ENTRYPOINT ["node", "--max-semi-space-size=4", "--max-old-space-size=512", "--no-allocation-site-pretenuring", "dist/main.js"]
