#!/bin/sh
# Tells the story to an okapi of its own: sh compat/java/run.sh path/to/okapi
# Exit code 77: a JDK or Maven is missing, so nothing was tested.
set -eu
okapi=$(realpath "$1")
client=java
cd "$(dirname "$0")"
. ../report.sh

for command in java javac mvn; do
  command -v $command >/dev/null || skip "$command is needed (a JDK from version 11, and Maven)"
done

for story in 33.3.0:Newest 27.1.0:Story; do
  version=${story%:*} main=${story#*:}
  jars=.cache/$version/jars
  # The mark comes last, so an interrupted installation is repeated.
  if [ ! -f "$jars/complete" ] || [ pom.xml -nt "$jars/complete" ]; then
    rm -rf "$jars"
    mkdir -p .cache
    mvn --quiet --batch-mode -Dstyle.color=never dependency:copy-dependencies \
      -Dstripe.version="$version" -DoutputDirectory="$PWD/$jars" >.cache/maven.log 2>&1 || {
      cat .cache/maven.log
      exit 1
    }
    touch "$jars/complete"
  fi
  classes=.cache/$version/classes
  newer=$(find ./*.java run.sh -newer "$classes/$main.class" 2>&1 || true)
  if [ -n "$newer" ]; then
    # The main class pulls in the others.
    javac -nowarn -XDsuppressNotes -encoding UTF-8 -sourcepath . -cp "$jars/*" -d "$classes" \
      "$main.java"
  fi
  tell "stripe-java $version" '^ok - ' java -Dstdout.encoding=UTF-8 -cp "$classes:$jars/*" "$main"
done
exit $failed
