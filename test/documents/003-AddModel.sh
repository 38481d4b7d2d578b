curl -H "Content-Type: application/json;charset=UTF-8" \
-H "Authorization: OAuth b86c9016b4f24953a9edefb53ca0678c" \
-X POST -d '{"param":{"name":"Qwen 1.5 32B","installPath":"192.168.10.12:/ai/model_center/Qwen_1.5_23B","description":"This is qwen 1.5 32B ai model","parameters":"model parameters","modelCenterUuid":"uuid","logo":"logo base64 string","vendor":"Alibaba","introduction":"This is a md5 format string","size":102400,"version":"CustomizeVersion"}}' http://localhost:8080/zstack/v1/ai/models
