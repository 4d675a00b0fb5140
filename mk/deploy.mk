# The whole on AWS: the stack of deploy/template.yaml (doc/deploy.md).

deploy_vars = O='$(abspath $(O))' PATH="$(abspath $(B))/bin:$$PATH" $(if $(STACK),STACK='$(STACK)') $(if $(ARCH),ARCH='$(ARCH)') \
    $(if $(PARAMS),PARAMS='$(PARAMS)') $(if $(CODE_BUCKET),CODE_BUCKET='$(CODE_BUCKET)') $(if $(DELETE),DELETE='$(DELETE)')

deploy: lambda.zip ## create or update the stack on AWS and print what to run next; STACK=sales PARAMS='Shards=4' ARCH=arm64
	@$(deploy_vars) sh deploy/deploy.sh up

destroy: ## delete the stack; the table and the bucket stay, unless DELETE='delete the data of sales' says otherwise
	@$(deploy_vars) sh deploy/deploy.sh down

.PHONY: deploy destroy
